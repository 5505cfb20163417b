# Which control groups are containers, for the reader of the counters. First `ready`, where there are
# control groups at all, then a line for each:
#
#   version id processor-folder memory-folder memory-limit quota period process
#
# `-` stands for what is not there. Only 64 hexadecimal digits are an id, and only plain paths are
# followed, so that nothing which a container chose gets any further.
exec </dev/null 2>/dev/null
root=/sys/fs/cgroup

# The first two words of a file, in `value` and `second`.
first() {
  value=
  second=
  [ -r "$1" ] && read -r value second rest <"$1"
  value=${value:--}
}

# The first process of a group, in `value`; some containers move theirs one level down.
process() {
  for group in "$1" "$1"/*; do
    first "$group/cgroup.procs"
    case $value in [1-9]*) return ;; esac
  done
  value=-
}

# The interfaces of a process, in `names`.
names() {
  names=
  while read -r name rest; do names="$names ${name%%:*}"; done <"$1"
}

# Whether a process has a network of its own. An account that may not look at the namespace of
# another can still compare the interfaces.
own_network() {
  [ -r "/proc/$1/net/dev" ] || return
  if [ -e "/proc/$1/ns/net" ]; then
    ! [ "/proc/$1/ns/net" -ef /proc/self/ns/net ]
  else
    names "/proc/$1/net/dev"
    [ "$names" != "$host_names" ]
  fi
}

if [ -r $root/cgroup.controllers ]; then
  version=2 usage=$root memory=$root cpu=$root
else
  version=1 usage= memory=$root/memory cpu=
  for folder in $root/cpuacct $root/cpu,cpuacct $root/cpu; do
    [ -r "$folder/cpuacct.usage" ] && usage=$folder && break
  done
  for folder in $root/cpu $root/cpu,cpuacct; do
    [ -d "$folder" ] && cpu=$folder && break
  done
fi
[ "$usage" ] || exit
echo ready
names /proc/self/net/dev
host_names=$names

hex='[0-9a-f]'
hex=$hex$hex$hex$hex
hex=$hex$hex$hex$hex
hex=$hex$hex$hex$hex
count=0
find "$usage" -type d \( -name "$hex" -o -name "*-$hex" -o -name "*-$hex.scope" \) -prune -print |
  while IFS= read -r path; do
    name=${path##*/}
    case $name in
      docker-*.scope|libpod-*.scope) id=${name#*-} id=${id%.scope} ;;
      libpod-*) id=${name#*-} ;;
      *) id=$name ;;
    esac
    case $id in *[!0-9a-f]*) continue ;; esac
    case $path in *[!A-Za-z0-9_.:,@/\\+-]*) continue ;; esac
    count=$((count + 1))
    [ $count -gt 1000 ] && break
    inside=${path#"$usage"}
    if [ $version = 2 ]; then
      first "$path/memory.max"
      limit=$value
      first "$path/cpu.max"
      quota=$value period=${second:--}
    else
      first "$memory$inside/memory.limit_in_bytes"
      limit=$value
      first "$cpu$inside/cpu.cfs_quota_us"
      quota=$value
      first "$cpu$inside/cpu.cfs_period_us"
      period=$value
    fi
    process "$path"
    own_network "$value" || value=-
    printf '%s\n' "$version $id $path $memory$inside $limit $quota $period $value"
  done
