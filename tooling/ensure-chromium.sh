#!/bin/sh
# Prints the path of a Chromium without windows. What the machine already has is used. Otherwise, on Debian, its package and whatever of
# its dependencies is missing here are fetched from the machine's own configured sources (signatures checked by apt) and unpacked under
# .cache/debs: no root, nothing installed system-wide. Any number may run at the same time: one fetches, the others wait for it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
dir="$root/.cache/debs/chromium"
package=chromium-headless-shell
for name in $package chromium chromium-browser google-chrome; do
  # Ubuntu's is a note that sends for a snap, which does not run from here.
  if found=$(command -v "$name") && ! grep -qs snap "$found"; then echo "$found"; exit 0; fi
done
stamp="$dir/.done"
if ! [ -f "$stamp" ]; then
  command -v apt-get >/dev/null 2>&1 || { echo "no Chromium found: install one" >&2; exit 1; }
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/root" "$dir/deb" "$dir/sources"
  exec 9> "$dir/.lock" # held until this process ends, however it ends
  flock 9
fi
if ! [ -f "$stamp" ]; then # not by one that held the lock before, either
  cp /etc/apt/sources.list "$dir/sources.list" 2>/dev/null || : > "$dir/sources.list"
  cp /etc/apt/sources.list.d/* "$dir/sources/" 2>/dev/null || :
  apt="-qq -o Dir::Etc::sourcelist=$dir/sources.list -o Dir::Etc::sourceparts=$dir/sources -o Dir::State::lists=$dir/lists -o Dir::Cache=$dir/cache -o APT::Sandbox::User=$(id -un) -o Debug::NoLocking=1"
  apt-get $apt update >&2
  # What an installation would add, and a font: a machine without windows may have none.
  missing=$(apt-get $apt --simulate --no-install-recommends install $package fonts-dejavu-core | sed -n 's/^Inst \([^ ]*\).*/\1/p')
  (cd "$dir/deb" && apt-get $apt download $missing >&2)
  for d in "$dir"/deb/*.deb; do dpkg-deb -x "$d" "$dir/root"; done
  rm -rf "$dir/deb" "$dir/cache"
  lib="$dir/root/usr/lib"
  cat > "$dir/fonts.conf" <<CONF
<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>$dir/root/usr/share/fonts</dir>
  <cachedir>$dir/fonts</cachedir>
</fontconfig>
CONF
  # What links to its libraries must not be found beside those of the machine that are newer: only what was missing is in this folder.
  cat > "$dir/.wrapper" <<WRAPPER
#!/bin/sh
FONTCONFIG_FILE="$dir/fonts.conf" LD_LIBRARY_PATH="$lib/$(uname -m)-linux-gnu:$lib/$(uname -m)-linux-gnu/pulseaudio\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}" exec "$lib/chromium/$package" "\$@"
WRAPPER
  chmod +x "$dir/.wrapper"
  mv "$dir/.wrapper" "$dir/chromium"
  touch "$stamp"
fi
echo "$dir/chromium"
