# redis.sh - a server that is given commands, asked what it has, and ended.
#
# Debian's redis is linked with jemalloc. Where no other allocator is preloaded
# the C library is, so that its malloc comes first.
export LD_PRELOAD="${LD_PRELOAD:-libc.so.6}"

redis-server --port 0 --unixsocket "$PWD/socket" --save '' \
    --loglevel warning >log 2>&1 &
until [ -S socket ]; do
    sleep 0.01
done
redis-cli -s socket --pipe <inputs/keys | tail -n 1
printf '%s\n' DBSIZE 'STRLEN key:17' 'LLEN list:17' 'HLEN hash:17' |
    redis-cli -s socket
redis-cli -s socket shutdown nosave
wait
