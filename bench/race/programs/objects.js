// objects.js - buffers and compressed data, which Node takes from malloc;
// objects, which V8 keeps in mappings of its own.
const zlib = require('zlib');
const crypto = require('crypto');

let x = 1;
const random = (n) => (x = x * 16807 % 2147483647) % n;

const rows = [];
for (let i = 0; i < 20000; i++)
    rows.push({id: i, name: 'row ' + random(1000), of: [i % 7, i % 11]});
const text = JSON.stringify(rows);
console.log(JSON.parse(text).length, text.length);

const kept = [];
const hash = crypto.createHash('sha1');
for (let i = 0; i < 40000; i++) {
    const buffer = Buffer.allocUnsafeSlow(random(2000) + 16).fill(i % 256);
    kept[random(1000)] = buffer;
    if (i % 20 === 0)
        hash.update(buffer);
}
for (let i = 0; i < 20; i++)
    hash.update(zlib.gunzipSync(zlib.gzipSync(text.slice(i * 1000, 200000),
                                              {level: 1})));
console.log(kept.length, hash.digest('hex'));
