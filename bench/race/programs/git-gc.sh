# git-gc.sh - packs a copy of the repository anew, and lists what is in it.
cp -R inputs/repository copy
cd copy
git -c pack.threads=2 -c gc.auto=0 repack -a -d -f -q --window=30
git gc -q --prune=now
git fsck --full --strict
git rev-list --objects --all | cksum
