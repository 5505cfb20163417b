LC_ALL=C
PATH=${PATH:-/usr/bin:/bin}:/usr/local/bin:/usr/sbin:/sbin:/snap/bin
export LC_ALL PATH TOMO_NONCE TOMO_SLOW TOMO_FIND
mark="@@$TOMO_NONCE"

if ! [ -r /proc/uptime ]; then
  printf '%s\n' "$mark begin" "$mark unsupported"
  uname -sr 2>/dev/null
  printf '%s\n' "$mark end"
  exit
fi

# How slow.sh bounds a command that may hang; old BusyBox wants -t before the seconds.
TOMO_LIMIT=
if timeout -s KILL 1 true 2>/dev/null; then TOMO_LIMIT='timeout -s KILL'
elif timeout -s KILL -t 1 true 2>/dev/null; then TOMO_LIMIT='timeout -s KILL -t'
fi
export TOMO_LIMIT

# The same block as fast.awk, from the shell's own builtins, for hosts without a usable awk.
add() {
  [ -r "$2" ] || return
  out="$out$mark $1
"
  while IFS= read -r line; do
    case $line in "$3"*) break ;; esac
    out="$out$line
"
  done <"$2"
}

# The last word of a file's first line that begins with the other argument, in `word`.
word_of() {
  word=-
  [ -r "$1" ] || return
  while read -r line; do
    case $line in "$2"*) word=${line##* }; break ;; esac
  done <"$1"
}

# Received and sent of every interface but lo, in `moved`.
moved() {
  moved=
  [ -r "$1" ] || return
  while read -r line; do
    case $line in lo:*) ;; *:*)
      set -- ${line#*:}
      moved="$moved $1 $9" ;;
    esac
  done <"$1"
}

# The containers that containers.sh has found, as fast.awk writes them.
containers() {
  [ "$groups" ] || return
  out="$out$mark containers
"
  set -f
  IFS='
'
  for group in $groups; do
    IFS=' '
    set -- $group
    [ $# = 8 ] || continue
    used=cpuacct.usage held=memory.usage_in_bytes droppable='total_inactive_file '
    [ "$1" = 2 ] && used=cpu.stat held=memory.current droppable='inactive_file '
    word_of "$3/$used" ''
    [ "$word" = - ] && continue
    out="$out$1 $2 $word"
    word_of "$4/$held" ''
    out="$out $word"
    word_of "$4/memory.stat" "$droppable"
    out="$out $word $5 $6 $7"
    moved=
    [ "$8" = - ] || moved "/proc/$8/net/dev"
    out="$out$moved
"
  done
  IFS=$spaces
  set +f
}

shell_blocks() {
  groups=
  spaces=$IFS
  while read -r ask; do
    out="$mark begin
"
    add uptime /proc/uptime @@
    add cpu /proc/stat intr
    add memory /proc/meminfo PageTables
    add load /proc/loadavg @@
    add network /proc/net/dev @@
    add disks /proc/diskstats @@
    case $ask in *c*) groups=$(TOMO_STEP= sh -c "$TOMO_FIND") ;; esac
    containers
    add self /proc/$$/stat @@
    add sched /proc/$$/schedstat @@
    printf '%s' "$out"
    case $ask in *[!fc]*) TOMO_ASK=$ask sh -c "$TOMO_SLOW" </dev/null ;; esac
    printf '%s\n' "$mark end"
  done
}

if [ "$TOMO_READER" = awk ]; then
  case $(printf 'f\n' | awk -Winteractive "$TOMO_FAST" 2>/dev/null) in
    *"$mark end") ;;
    *) TOMO_READER=shell ;;
  esac
fi
printf '%s\n' "$mark begin" "$mark ready" "$TOMO_READER" "$mark end"
[ "$TOMO_READER" = awk ] && exec awk -Winteractive "$TOMO_FAST" 2>/dev/null
shell_blocks
exit
