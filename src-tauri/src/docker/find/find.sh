# Says which sockets of container engines there are, and what this account may do with them.
say() { printf '%s\n' "$*"; }
say user "$(id -un)"
say groups "$(id -Gn)"
for program in docker podman; do
  command -v "$program" >/dev/null 2>&1 && say program "$program"
done
uid=$(id -u)
seen=
look() {
  # Several paths may lead to one socket: /var/run is /run, and Podman may stand in Docker's place.
  real=$(readlink -f -- "$1" 2>/dev/null)
  : "${real:=$1}"
  case "$seen" in *"|$real|"*) return ;; esac
  seen="$seen|$real|"
  kind=missing may=no group=
  if [ -S "$1" ]; then kind=socket
  elif [ -e "$1" ] || [ -L "$1" ]; then kind=other
  fi
  if [ "$kind" != missing ]; then
    [ -r "$1" ] && [ -w "$1" ] && may=yes
    group=$(ls -ld -- "$1" 2>/dev/null | awk '{ print $4; exit }')
  fi
  say "socket $kind $may ${group:--} $1"
}
case "$DOCKER_HOST" in unix:///*)
  say named "${DOCKER_HOST#unix://}"
  look "${DOCKER_HOST#unix://}"
  ;;
esac
look /var/run/docker.sock
[ -n "$XDG_RUNTIME_DIR" ] && look "$XDG_RUNTIME_DIR/docker.sock"
look "/run/user/$uid/docker.sock"
[ -n "$HOME" ] && look "$HOME/.docker/run/docker.sock"
[ -n "$HOME" ] && look "$HOME/.docker/desktop/docker.sock"
look /run/podman/podman.sock
[ -n "$XDG_RUNTIME_DIR" ] && look "$XDG_RUNTIME_DIR/podman/podman.sock"
look "/run/user/$uid/podman/podman.sock"
exit 0
