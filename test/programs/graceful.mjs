// Says `ready`; at SIGTERM says how many it got and ends with 0 a moment later.
let terms = 0;
process.on('SIGTERM', () => {
  terms += 1;
  setTimeout(() => {
    console.log(`terms ${terms}`);
    process.exit(0);
  }, 100);
});
setInterval(() => {}, 1_000);
console.log('ready');
