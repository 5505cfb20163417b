# Installs the compose plugin of docker where the distribution has none of today's: from Debian's next release,
# whose program needs nothing else of it. Nothing of this machine's own lists and sources is changed.
set -eu
plugins=/usr/local/lib/docker/cli-plugins
if apt-cache show docker-compose-v2 >/dev/null 2>&1; then
  exec apt-get install --yes --quiet --no-install-recommends docker-compose-v2
fi
site=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' 'Created-By: Packages' |
  awk '$2 == "Debian" && $3 !~ /security|updates/ { print $1; exit }')
if [ -z "$site" ]; then
  echo "None of this machine's package sources is Debian's own." >&2
  exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
key=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$key] $site trixie main" >"$folder/sources.list"
set -- -o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null \
  -o "Dir::State::lists=$folder/lists" -o "Dir::Cache=$folder/cache" -o APT::Sandbox::User=root
apt-get "$@" update --quiet
cd "$folder"
apt-get "$@" download docker-compose
dpkg -x docker-compose_*.deb tree
install -D -m 755 tree/usr/libexec/docker/cli-plugins/docker-compose "$plugins/docker-compose"
