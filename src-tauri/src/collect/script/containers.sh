# Which control groups are containers, for the reader of the counters. It works in three ways:
#
# - TOMO_STEP=groups: one line `ready version processor-folder memory-folder quota-folder`, where there
#   are control groups at all, then the path of each that could be a container. The rest is awk's.
# - TOMO_STEP=processes: for each path in TOMO_GROUPS a line `path folder process network`: where its
#   first process is, and `own` where that has a network of its own.
# - else, for hosts without awk: `ready`, then a line for each container:
#   `version id processor-folder memory-folder memory-limit quota period process`
#
# `-` stands for what is not there. Only 64 hexadecimal digits are an id, and only plain paths are
# followed, so that nothing which a container chose gets any further.
exec </dev/null 2>/dev/null
root=/sys/fs/cgroup
host_names=

# The first two words of a file, in `value` and `second`.
first() {
  value=
  second=
  [ -r "$1" ] && read -r value second rest <"$1"
  value=${value:--}
}

# The first process of a group, in `value`, and the folder that has it, in `folder`; some containers
# move theirs one level down.
process() {
  for folder in "$1" "$1"/*; do
    first "$folder/cgroup.procs"
    case $value in [1-9]*) return ;; esac
  done
  value=- folder=$1
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
    [ "$host_names" ] || names /proc/self/net/dev
    host_names=${host_names:-$names}
    names "/proc/$1/net/dev"
    [ "$names" != "$host_names" ]
  fi
}

is_plain() { case $1 in *[!A-Za-z0-9_.:,@/\\+-]*) return 1 ;; esac; }

if [ "$TOMO_STEP" = processes ]; then
  set -f
  set -- $TOMO_GROUPS
  set +f
  for path do
    process "$path"
    is_plain "$folder" || folder=$path
    network=-
    own_network "$value" && network=own
    printf '%s\n' "$path $folder $value $network"
  done
  exit
fi

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
echo "ready $version $usage $memory ${cpu:--}"

hex='[0-9a-f]'
hex=$hex$hex$hex$hex
hex=$hex$hex$hex$hex
hex=$hex$hex$hex$hex
candidates() {
  exec find "$usage" -type d \( -name "$hex" -o -name "*-$hex" -o -name "*-$hex.scope" \) -prune -print
}
[ "$TOMO_STEP" = groups ] && candidates

count=0
candidates |
  while IFS= read -r path; do
    name=${path##*/}
    case $name in
      docker-*.scope|libpod-*.scope) id=${name#*-} id=${id%.scope} ;;
      libpod-*) id=${name#*-} ;;
      *) id=$name ;;
    esac
    case $id in *[!0-9a-f]*) continue ;; esac
    is_plain "$path" || continue
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
