use serde::Serialize;

/// The version of every JSON document this program prints, its field `format`. It grows when a field changes its
/// meaning or goes away; new fields don't change it.
pub const FORMAT: u32 = 1;

/// `value` as an indented JSON document, without a final line break.
#[must_use]
pub fn to_json<T: Serialize>(value: &T) -> String {
    // Serialising can only fail for maps whose keys are not strings, which no report has.
    serde_json::to_string_pretty(value)
        .unwrap_or_else(|error| format!("{{\"format\": {FORMAT}, \"error\": \"{error}\"}}"))
}

/// The files and directories that a command made, as JSON.
#[must_use]
pub fn made(paths: &[String]) -> String {
    #[derive(Serialize)]
    struct JsonMade<'a> {
        format: u32,
        made: &'a [String],
    }
    to_json(&JsonMade { format: FORMAT, made: paths })
}
