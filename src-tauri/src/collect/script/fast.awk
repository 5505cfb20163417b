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

# Learns which containers there are, and where their counters stand. A group that is known and has the
# same first process as before takes no other process than `find` to look at.
function find(    ask, line, word, path) {
  ready = groups = 0
  look++
  ask = "TOMO_STEP=groups\n" ENVIRON["TOMO_FIND"]
  while ((ask | getline line) > 0) {
    if (ready) group(line)
    else if (split(line, word, " ") == 5 && word[1] == "ready") {
      ready = 1
      version = word[2]
      processors = word[3]
      memories = word[4]
      quotas = word[5]
    }
  }
  close(ask)
  ask_processes()
  for (path in seen) if (seen[path] != look) {
    delete seen[path]
    delete place[path]
    delete process[path]
    delete network[path]
    delete settled[path]
  }
}

# Takes over what may be a container: 64 hexadecimal digits at a plain path.
function group(path,    id, inside) {
  id = path
  sub(/.*\//, "", id)
  if (id ~ /^(docker|libpod)-.*[.]scope$/) sub(/[.]scope$/, "", id)
  else if (id ~ /^docker-/) return
  sub(/^(docker|libpod)-/, "", id)
  if (length(id) != 64 || id ~ /[^0-9a-f]/ || path ~ /[^A-Za-z0-9_.:,@\/\\+-]/) return
  if (index(path, processors "/") != 1 || groups == 1000) return
  groups++
  inside = substr(path, length(processors) + 1)
  paths[groups] = path
  head[groups] = version " " id
  usage[groups] = path (version == 2 ? "/cpu.stat" : "/cpuacct.usage")
  memory[groups] = memories inside (version == 2 ? "/memory.current" : "/memory.usage_in_bytes")
  detail[groups] = memories inside "/memory.stat"
  droppable[groups] = version == 2 ? "inactive_file " : "total_inactive_file "
  if (version == 2) limits[groups] = word_of(path "/memory.max", "") " " two_of(path "/cpu.max")
  else limits[groups] = word_of(memories inside "/memory.limit_in_bytes", "") \
    " " word_of(quotas inside "/cpu.cfs_quota_us", "") \
    " " word_of(quotas inside "/cpu.cfs_period_us", "")
  seen[path] = look
  if (!(path in place)) place[path] = path
  if (settled[path] && word_of(place[path] "/cgroup.procs", "") == process[path]) return
  unknown = unknown " " path
  if (length(unknown) > 30000) ask_processes()
}

# Asks the shell, which can compare files, for the first processes of groups and for whether these
# have networks of their own. It is asked until it says the same twice: a container that is just being
# started is on its way into its network.
function ask_processes(    ask, line, word, path) {
  if (unknown == "") return
  ask = "TOMO_STEP=processes\nTOMO_GROUPS='" unknown "'\n" ENVIRON["TOMO_FIND"]
  unknown = ""
  while ((ask | getline line) > 0) {
    if (split(line, word, " ") != 4) continue
    path = word[1]
    line = word[4] == "own" && word[3] ~ /^[0-9]+$/ ? "/proc/" word[3] "/net/dev" : ""
    settled[path] = word[3] != "-" && process[path] == word[3] && network[path] == line
    place[path] = word[2]
    process[path] = word[3]
    network[path] = line
  }
  close(ask)
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

# The first two words of a file; `-` for what is not there.
function two_of(file,    line, word, count) {
  if ((getline line < file) > 0) count = split(line, word, " ")
  close(file)
  return (count > 0 ? word[1] : "-") " " (count > 1 ? word[2] : "-")
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
      " " limits[n] (network[paths[n]] == "" ? "" : moved(network[paths[n]])) "\n"
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
