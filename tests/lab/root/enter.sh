# Puts a layer over this machine's system, and runs what follows the folder's name in it.
folder=$1
shift
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
export PATH
mount --make-rprivate / || exit 1
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root" || exit 1
for path in proc dev sys tmp; do
  mount --rbind "/$path" "$folder/root/$path" || exit 1
done
mount --bind "$folder/run" "$folder/root/run" || exit 1
exec chroot "$folder/root" "$@"
