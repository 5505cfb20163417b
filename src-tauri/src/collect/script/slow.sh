# What changes slowly, and what is read once: the letters in TOMO_ASK say which.
exec </dev/null 2>/dev/null

section() { printf '@@%s %s\n' "$TOMO_NONCE" "$1"; }

# Prints a file as a section of its own; the empty line keeps the next marker at a line's start.
file() { [ -r "$2" ] && section "$1" && cat "$2" && echo; }

# The first line of a file, in `value`.
first() { value=; [ -r "$1" ] && read -r value <"$1"; }

# Runs a command for at most some seconds; without a limit where the host has no `timeout`.
bounded() {
  seconds=$1
  shift
  if [ "$TOMO_LIMIT" ]; then $TOMO_LIMIT "$seconds" "$@"; else "$@"; fi
}

temperatures() {
  section temperatures
  found=
  for chip in /sys/class/hwmon/hwmon*; do
    first "$chip/name"
    name=$value
    device=
    for inner in "$chip"/device/block/* "$chip"/device/nvme*n*; do
      [ -e "$inner" ] && device=${inner##*/}
    done
    for input in "$chip"/temp*_input "$chip"/device/temp*_input; do
      [ -r "$input" ] || continue
      first "${input%_input}_label"
      label=$value
      sensor=${input##*/}
      first "$input"
      [ "$value" ] || continue
      found=1
      printf '%s\t%s\t%s\t%s\t%s\n' "$name" "$label" "${sensor%_input}" "$device" "$value"
    done
  done
  [ "$found" ] && return
  for zone in /sys/class/thermal/thermal_zone*; do
    first "$zone/type"
    name=$value
    first "$zone/temp"
    [ "$value" ] && printf '%s\t\t%s\t\t%s\n' "$name" "${zone##*/}" "$value"
  done
}

# p: a device of its own, w: wireless, c: the processor's end of a switch, s: a port of a switch.
interfaces() {
  section interfaces
  for link in /sys/class/net/*; do
    kind=
    [ -e "$link/device" ] && kind=p
    { [ -e "$link/phy80211" ] || [ -e "$link/wireless" ]; } && kind=${kind}w
    [ -e "$link/dsa" ] && kind=${kind}c
    first "$link/phys_switch_id"
    [ "$value" ] && kind=${kind}s
    printf '%s\n' "${link##*/} $kind"
  done
}

# The paths of the mounts of one class, one a line as the kernel escapes them, in `paths`.
# `local` are those whose answer comes from this host; `network` those that may never answer.
select_mounts() {
  paths=
  while read -r device path type rest; do
    case $type in
      nfs|nfs4|cifs|smb3|smbfs|ceph|9p|afs|davfs|glusterfs|lustre|virtiofs|vboxsf|fuse|fuse.*)
        class=network ;;
      squashfs|iso9660|udf|erofs|cramfs|romfs|autofs|tmpfs|devtmpfs|ramfs) class=none ;;
      zfs|btrfs|bcachefs|ubifs|jffs2) class=local ;;
      *) case $device in /*) class=local ;; *) class=none ;; esac ;;
    esac
    case $type in fuse.gvfsd-fuse|fuse.portal|fuse.lxcfs|fuse.snapfuse) class=none ;; esac
    [ "$path" = / ] && class=local
    [ "$class" = "$1" ] && paths="$paths$path
"
  done </proc/mounts
}

# `df` of the paths in `paths`. C.UTF-8 keeps names that are not ASCII; where the locale is
# missing, C is what it falls back to.
free_space() {
  set -f
  old=$IFS
  IFS='
'
  set --
  for path in $paths; do
    case $path in *\\*) path=$(printf '%b' "$(printf '%s' "$path" | sed 's/\\/\\0/g')") ;; esac
    set -- "$@" "$path"
  done
  IFS=$old
  set +f
  [ $# -gt 0 ] && LC_ALL=C.UTF-8 bounded 5 df -Pk "$@"
}

# A server that went away can keep `df` in the kernel where no signal reaches it. So the reader
# stops at the first `done`, from `df` or from the clock, and leaves the rest behind.
network_free_space() {
  (
    { free_space; echo done; } &
    { sleep 7; echo late; } &
  ) | while IFS= read -r line; do
    case $line in
      done) break ;;
      late) section network_mounts_late; break ;;
      *) printf '%s\n' "$line" ;;
    esac
  done
}

system() {
  section system
  uname -srm
  first /proc/sys/kernel/hostname
  section hostname
  printf '%s\n' "$value"
  if [ -r /etc/os-release ]; then file os_release /etc/os-release
  else file os_release /usr/lib/os-release
  fi
  file debian_version /etc/debian_version
  section processors
  grep -c '^cpu[0-9]' /proc/stat
  grep -E '^(model name|Hardware|Model|cpu model|system type|machine|cpu|uarch)[[:space:]]*:' \
    /proc/cpuinfo | sort -u | head -n 20
  file model /proc/device-tree/model
  section hypervisor
  grep -m1 '^flags.* hypervisor' /proc/cpuinfo >/dev/null && echo flag
  file product /sys/class/dmi/id/product_name
  file vendor /sys/class/dmi/id/sys_vendor
  section container
  [ -e /.dockerenv ] && echo docker
  [ -e /run/.containerenv ] && echo podman
  first /run/systemd/container
  printf '%s\n' "$value"
  [ -r /proc/1/environ ] && tr '\000' '\n' </proc/1/environ | sed -n 's/^container=//p'
  if command -v systemd-detect-virt >/dev/null; then
    section virtualization
    bounded 3 systemd-detect-virt
  fi
  if command -v docker >/dev/null; then
    section docker
    bounded 3 docker --version
  fi
}

case $TOMO_ASK in *t*) temperatures ;; esac
case $TOMO_ASK in *n*) interfaces ;; esac
case $TOMO_ASK in *[mr]*) file mounts /proc/mounts ;; esac
case $TOMO_ASK in *m*)
  section free_space
  select_mounts local
  free_space ;;
esac
case $TOMO_ASK in *r*)
  section network_free_space
  select_mounts network
  [ "$paths" ] && network_free_space ;;
esac
case $TOMO_ASK in *i*) system ;; esac
:
