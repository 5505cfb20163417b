# Takes Docker away as its packages do, and what was put beside them.
for name in docker-compose-v2 docker-compose docker-buildx docker-cli docker.io; do
  dpkg -s "$name" >/dev/null 2>&1 || continue
  dpkg --purge --force-depends "$name" || exit 1
done
groupdel docker 2>/dev/null
for folder in /usr/local/lib /usr/local/libexec /usr/lib /usr/libexec; do
  rm -rf "$folder/docker/cli-plugins"
done
rm -f /usr/local/bin/docker /usr/local/bin/dockerd
! command -v docker && ! command -v dockerd
