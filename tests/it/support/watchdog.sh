# Runs a PostgreSQL server for as long as standard input stays open, so that the server ends with the test process,
# however that ends. Commands on standard input are answered with a line on standard output.
bin=$1 dir=$2
start() {
    "$bin/postgres" -D "$dir/data" >>"$dir/log" 2>&1 </dev/null 3>&- &
    pid=$!
}
stop() {
    kill "-$1" "$pid" 2>/dev/null
    wait "$pid"
}
start
while read -r command; do
    case $command in
        kill) stop QUIT ;;
        stop) stop INT ;;
        start) start ;;
    esac
    echo done
done
stop QUIT
rm -rf "$dir"
