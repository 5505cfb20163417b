# One request a line on stdin, one block on stdout. Reads the counters that every sample needs
# without starting a process; whatever else the request asks for is left to slow.sh.

# Appends a file to the block, up to the line that begins with `stop`.
function add(name, file, stop,    line, any) {
  while ((getline line < file) > 0) {
    if (stop != "" && index(line, stop) == 1) break
    if (!any) out = out mark name "\n"
    any = 1
    out = out line "\n"
  }
  close(file)
}

BEGIN { mark = "@@" ENVIRON["TOMO_NONCE"] " " }

{
  ask = $0
  gsub(/[^a-z]/, "", ask)
  out = mark "begin\n"
  add("uptime", "/proc/uptime", "")
  add("cpu", "/proc/stat", "intr")
  add("memory", "/proc/meminfo", "PageTables")
  add("load", "/proc/loadavg", "")
  add("network", "/proc/net/dev", "")
  add("disks", "/proc/diskstats", "")
  add("self", "/proc/self/stat", "")
  add("sched", "/proc/self/schedstat", "")
  if (ask ~ /[^f]/) {
    printf "%s", out
    fflush()
    system("TOMO_ASK=" ask "\n" ENVIRON["TOMO_SLOW"])
    out = ""
  }
  print out mark "end"
  fflush()
}
