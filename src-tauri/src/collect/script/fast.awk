# One request a line on stdin, one block on stdout. Reads the counters that every sample needs
# without starting a process; whatever else the request asks for is left to slow.sh, and which
# control groups are containers to containers.sh.

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

# Learns which containers there are, and where their counters stand.
function find(    line, word) {
  ready = groups = 0
  while ((ENVIRON["TOMO_FIND"] | getline line) > 0) {
    if (line == "ready") ready = 1
    if (split(line, word, " ") != 8) continue
    groups++
    head[groups] = word[1] " " word[2]
    limits[groups] = word[5] " " word[6] " " word[7]
    usage[groups] = word[3] (word[1] == 2 ? "/cpu.stat" : "/cpuacct.usage")
    memory[groups] = word[4] (word[1] == 2 ? "/memory.current" : "/memory.usage_in_bytes")
    detail[groups] = word[4] "/memory.stat"
    droppable[groups] = word[1] == 2 ? "inactive_file " : "total_inactive_file "
    network[groups] = word[8] == "-" ? "" : "/proc/" word[8] "/net/dev"
  }
  close(ENVIRON["TOMO_FIND"])
}

# The last word of a file's first line that begins with `start`; `-` where there is none.
function word_of(file, start,    line, word, last) {
  last = "-"
  while ((getline line < file) > 0) {
    if (start != "" && index(line, start) != 1) continue
    last = word[split(line, word, " ")]
    break
  }
  close(file)
  return last
}

# Received and sent of every interface but lo.
function moved(file,    line, at, word, all) {
  while ((getline line < file) > 0) {
    at = index(line, ":")
    if (!at || line ~ /^ *lo:/) continue
    split(substr(line, at + 1), word, " ")
    all = all " " word[1] " " word[9]
  }
  close(file)
  return all
}

# A line for each container that is still there; see collect/containers.rs for its words.
function containers(    n, used) {
  if (!ready) return
  out = out mark "containers\n"
  for (n = 1; n <= groups; n++) {
    used = word_of(usage[n], "")
    if (used == "-") continue
    out = out head[n] " " used " " word_of(memory[n], "") " " word_of(detail[n], droppable[n]) \
      " " limits[n] (network[n] == "" ? "" : moved(network[n])) "\n"
  }
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
  if (ask ~ /c/) find()
  containers()
  add("self", "/proc/self/stat", "")
  add("sched", "/proc/self/schedstat", "")
  if (ask ~ /[^fc]/) {
    printf "%s", out
    fflush()
    system("TOMO_ASK=" ask "\n" ENVIRON["TOMO_SLOW"])
    out = ""
  }
  print out mark "end"
  fflush()
}
