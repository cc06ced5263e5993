// Adds up numbers, and reports to contend what it has done: node sums.js
const fs = require("fs");
const fd = process.env.CONTEND_REPORT_FD;
let sum = 0;
for (let i = 1; i <= 1000000; i++) sum += i;
if (fd) fs.writeSync(Number(fd), `operations=1000000 checksum=${sum}\n`);
