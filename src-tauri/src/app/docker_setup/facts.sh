# Says what a server is, what is there of Docker, and what its packages are called. Every line begins with a word
# of this script, so that nothing that the server says can be taken for another answer.
PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LC_ALL=C
export PATH LC_ALL
exec </dev/null
say() { printf '%s\n' "$*"; }
there() { command -v "$1" >/dev/null 2>&1; }
# Nothing here may take long; where there is no `timeout`, Tomo's own limit holds.
soon() { if there timeout; then timeout 25 "$@"; else "$@"; fi; }

for file in /etc/os-release /usr/lib/os-release; do
  [ -r "$file" ] || continue
  head -c 16384 "$file" | sed 's/^/os /'
  echo
  break
done
[ -e /run/ostree-booted ] && say fixed ostree
say user "$(id -un)"
say uid "$(id -u)"
say member "$(id -Gn "$(id -un)")"
for program in docker dockerd sudo doas apt-get dnf apk pacman; do
  there "$program" && say program "$program"
done
if [ -d /run/systemd/system ]; then
  say init systemd
  say active "$(systemctl is-active docker.service 2>/dev/null)"
  say enabled "$(systemctl is-enabled docker.service 2>/dev/null)"
elif [ -d /run/openrc ]; then
  say init openrc
  rc-service docker status >/dev/null 2>&1 && say active active
  [ -e /etc/runlevels/default/docker ] && say enabled enabled
fi
[ -S /var/run/docker.sock ] && say socket
if there docker; then
  say docker "$(docker --version 2>/dev/null | head -n 1)"
  say compose "$(soon docker compose version --short 2>/dev/null | head -n 1)"
fi

if [ "$(id -u)" != 0 ]; then
  if there sudo; then
    if words=$(soon sudo -n sh -c : 2>&1); then say sudo yes; else say sudo "no $words" | head -n 1; fi
  fi
  if there doas && soon doas -n sh -c : >/dev/null 2>&1; then say doas yes; fi
fi

# What the package manager has (`has`), would install (`offers`), and whether it could be asked (`asked`).
if there apt-get; then
  apt-cache policy docker.io docker-cli docker-compose docker-compose-v2 docker-compose-plugin docker-ce \
    podman-docker 2>/dev/null | awk '
      /^[a-z]/ { name = $1; sub(/:$/, "", name) }
      $1 == "Installed:" && $2 != "(none)" { print "has", name, $2 }
      $1 == "Candidate:" && $2 != "(none)" { print "offers", name, $2 }'
  for file in /var/lib/apt/lists/*_Packages*; do
    [ -e "$file" ] && say asked && break
  done
elif there dnf; then
  names='moby-engine docker-cli docker-compose docker-compose-plugin docker-ce podman-docker'
  # shellcheck disable=SC2086
  rpm -q --qf '%{NAME} %{VERSION}\n' $names 2>/dev/null | grep -v ' is not installed' | sed 's/^/has /'
  # Only from what is there already: reading the lists anew takes minutes.
  # shellcheck disable=SC2086
  if offered=$(soon dnf -q -C repoquery --qf '%{name} %{version}\n' $names 2>/dev/null) && [ -n "$offered" ]; then
    say asked
    printf '%s\n' "$offered" | grep . | sed 's/^/offers /'
  fi
elif there apk; then
  for name in docker docker-cli-compose; do
    apk info -e "$name" >/dev/null 2>&1 && say has "$name" -
    apk search -e "$name" 2>/dev/null | sed -n "s/^$name-\([0-9].*\)/offers $name \1/p" | head -n 1
  done
  # `apk search` says nothing both where there is no list and where nothing is found.
  [ -n "$(apk search -e busybox 2>/dev/null)" ] && say asked
elif there pacman; then
  for name in docker docker-compose podman-docker; do
    pacman -Q "$name" 2>/dev/null | sed 's/^/has /'
    pacman -Si "$name" 2>/dev/null | sed -n 's/^Version *: */offers '"$name"' /p' | head -n 1
  done
  pacman -Si pacman >/dev/null 2>&1 && say asked
fi
exit 0
