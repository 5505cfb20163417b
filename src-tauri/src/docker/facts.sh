# Says what a plan needs to know of the computer of an engine. $1 is where the engine keeps its data, $2 the
# name of a project; the rest are paths that the app is to use.
say() { printf '%s\n' "$*"; }
say arch "$(uname -m)"
say ids "$(id -u) $(id -g)"
# Memory and room in KiB, as they are told: what some awks count themselves comes out as 2.4e+10.
awk '/^MemAvailable:/ { print "memory", $2; exit }' /proc/meminfo 2>/dev/null
say cores "$(getconf _NPROCESSORS_ONLN 2>/dev/null)"
zone=$(readlink -f /etc/localtime 2>/dev/null)
case "$zone" in */zoneinfo/*) say zone "${zone#*/zoneinfo/}" ;; esac
[ -r /etc/timezone ] && say zone "$(head -n 1 /etc/timezone)"
room() {
  # The nearest folder that is there: the one itself may not be yet.
  at=$1
  while [ -n "$at" ] && [ ! -e "$at" ]; do at=${at%/*}; done
  # Names of file systems may have blanks in them: what is free stands before the percentage.
  free=$(df -Pk -- "${at:-/}" 2>/dev/null | awk '
    NR == 2 { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+%$/) { print $(i - 1); exit } }')
  say room "$free" "$1"
}
[ -n "$1" ] && room "$1"
project=$2
[ -n "$HOME" ] && [ -e "$HOME/tomo/$project" ] && say folder "$HOME/tomo/$project"
shift 2 2>/dev/null
for path in "$@"; do
  kind=missing
  if [ -d "$path" ]; then kind=folder
  elif [ -e "$path" ]; then kind=other
  fi
  say path "$kind" "$path"
  room "$path"
done
for table in tcp tcp6 udp udp6; do
  # 0A is listening; udp has no such state, and 07 is what is bound.
  [ -r "/proc/net/$table" ] && awk -v table="$table" '
    NR > 1 && ($4 == "0A" || ($4 == "07" && table ~ /^udp/)) { print "port", table, $2, $10 }' "/proc/net/$table"
done
# Whose port it is: only of processes that this account may look at.
if command -v ss >/dev/null 2>&1; then
  ss -Hlntup 2>/dev/null | awk '{ print "owner", $1, $5, $7 }'
fi
version=$(docker compose version --short 2>/dev/null) && say compose "$version"
exit 0
