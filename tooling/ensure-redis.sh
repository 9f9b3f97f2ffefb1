#!/bin/sh
# Prints the directory that holds redis-server and redis-cli; with --all also valkey-server, memcached, prometheus and promtool.
# What the machine already has is used. Otherwise, on Debian and Ubuntu, the packages are fetched from the machine's own
# configured sources (signatures checked by apt) and unpacked under .cache/debs: no root, nothing installed system-wide.
# Any number may run at the same time: one fetches, the others wait for it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
dir="$root/.cache/debs"
want="${1:-}"
pkgs="redis-server redis-sentinel redis-tools libjemalloc2 liblzf1"
[ "$want" = --all ] && pkgs="$pkgs memcached libevent-2.1-7 prometheus"
if [ "$want" != --all ] && command -v redis-server >/dev/null 2>&1; then dirname "$(command -v redis-server)"; exit 0; fi
stamp="$dir/.done$want"
unpacked() { [ -f "$stamp" ] || [ -f "$dir/.done--all" ]; }
if ! unpacked; then
  command -v apt-get >/dev/null 2>&1 || { echo "redis-server not found: install it (for example: brew install redis)" >&2; exit 1; }
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/root" "$dir/deb" "$dir/sources" "$dir/bin"
  exec 9> "$dir/.lock" # held until this process ends, however it ends
  flock 9
fi
if ! unpacked; then # not by one that held the lock before, either
  cp /etc/apt/sources.list "$dir/sources.list" 2>/dev/null || : > "$dir/sources.list"
  cp /etc/apt/sources.list.d/* "$dir/sources/" 2>/dev/null || :
  apt="-qq -o Dir::Etc::sourcelist=$dir/sources.list -o Dir::Etc::sourceparts=$dir/sources -o Dir::State::lists=$dir/lists -o Dir::Cache=$dir/cache -o APT::Sandbox::User=$(id -un) -o Debug::NoLocking=1"
  if [ "$want" = --all ]; then # Valkey is in the release's backports, on the same mirror as the release itself
    . /etc/os-release
    main=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' | awk -v c="$VERSION_CODENAME" '$2 == c { print $1; exit }')
    key=$(ls /usr/share/keyrings/*archive-keyring.gpg | head -n 1)
    echo "deb [signed-by=$key] $main $VERSION_CODENAME-backports main" > "$dir/sources/backports.list"
    pkgs="$pkgs valkey-server/$VERSION_CODENAME-backports valkey-tools/$VERSION_CODENAME-backports"
  fi
  apt-get $apt update >&2
  (cd "$dir/deb" && apt-get $apt download $pkgs >&2)
  for d in "$dir"/deb/*.deb; do dpkg-deb -x "$d" "$dir/root"; done
  for b in "$dir"/root/usr/bin/*; do # wrappers, so that callers need no LD_LIBRARY_PATH; moved into place, for those that run meanwhile
    n=$(basename "$b")
    printf '#!/bin/sh\nLD_LIBRARY_PATH="%s/root/usr/lib/%s-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "%s" "$@"\n' "$dir" "$(uname -m)" "$b" > "$dir/.wrapper"
    chmod +x "$dir/.wrapper"
    mv "$dir/.wrapper" "$dir/bin/$n"
  done
  touch "$stamp"
fi
echo "$dir/bin"
