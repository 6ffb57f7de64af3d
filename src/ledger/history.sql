SELECT h.migration, h.event, h.checksum, h.duration_us, h.done_by, h.run_id, r.tool_version,
       (EXTRACT(epoch FROM h.happened_at) * 1000000.0)::int8 AS at_us
FROM {schema}.history h
JOIN {schema}.runs r ON r.id = h.run_id
ORDER BY h.position
