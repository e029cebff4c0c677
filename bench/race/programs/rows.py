# rows.py - objects of many sizes: rows to JSON and back, an index, a tree.
#
# PYTHONMALLOC=malloc makes Python ask malloc for each object; by itself it has
# an allocator for small ones.
import json

rows = [{"id": i, "name": "row %d" % i, "of": [i % 7] * (i % 20)}
        for i in range(12000)]
text = json.dumps(rows)
copy = json.loads(text)
print(copy == rows, len(text))

index = {}
for row in copy:
    for letter in row["name"] + str(row["id"] ** 3):
        index.setdefault(letter, []).append((row["id"], letter * 3))
print(sorted((letter, len(found)) for letter, found in index.items()))


class Node:
    def __init__(self, key):
        self.key = key
        self.left = self.right = None


def insert(root, key):
    while True:
        side = "left" if key < root.key else "right"
        if getattr(root, side) is None:
            setattr(root, side, Node(key))
            return
        root = getattr(root, side)


root = Node(50000)
for i in range(1, 10000):
    insert(root, i * 7919 % 100003)
longest, level = 0, [root]
while level:
    longest += 1
    level = [child for node in level for child in (node.left, node.right)
             if child]
print(longest)
