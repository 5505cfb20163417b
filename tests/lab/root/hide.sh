# Takes Docker away, and keeps its programs for the stand-ins; the machine's own package manager goes.
mkdir -p /opt/lab || exit 1
for folder in /usr/local/lib /usr/local/libexec /usr/lib /usr/libexec; do
  plugin=$folder/docker/cli-plugins/docker-compose
  [ -e "$plugin" ] && cp "$plugin" /opt/lab/docker-compose
  rm -rf "$folder/docker/cli-plugins"
done
cp "$(command -v dockerd)" /opt/lab/dockerd && cp "$(command -v docker)" /opt/lab/docker || exit 1
rm -f /usr/local/bin/docker /usr/bin/docker /usr/sbin/dockerd /usr/bin/dockerd /usr/local/bin/dockerd
for name in rc-update rc-service; do
  [ -e "/usr/local/bin/$name" ] && cp /usr/bin/systemctl "/usr/local/bin/$name"
done
[ -e /usr/local/bin/rc-service ] && rm /usr/bin/systemctl
rm -f /usr/bin/apt-get /usr/bin/apt-cache
groupdel docker 2>/dev/null
if [ -e /usr/local/bin/apk ]; then
  # As BusyBox has it: the group's new member comes first.
  printf '#!/bin/sh\necho "addgroup $*" >>/run/lab/calls\nexec usermod -aG "$2" "$1"\n' >/usr/local/bin/addgroup
  chmod 755 /usr/local/bin/addgroup
fi
! command -v docker && ! command -v dockerd
