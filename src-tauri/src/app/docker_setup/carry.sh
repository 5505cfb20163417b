# Runs one command as root. It gets no input: a password that sudo did not take must not reach it. What it says is
# read to its end also when nobody hears it any more, since a package manager that cannot speak dies half-way.
exec </dev/null
PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LC_ALL=C
export PATH LC_ALL
mark=$1
shift
{
  sh -c 'printf "%s begun %s\n" "$0" "$$"; exec "$@"' "$mark" "$@" 2>&1
  printf '\n%s ended %s\n' "$mark" "$?"
} | {
  trap '' HUP INT PIPE TERM
  while IFS= read -r line; do
    printf '%s\n' "$line" 2>/dev/null || :
    case "$line" in "$mark ended "*) break ;; esac
  done
}
