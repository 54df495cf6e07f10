// Says `ready`; after SIGTERM takes as many ms as its argument says (300) to end with 3.
process.on('SIGTERM', () => setTimeout(() => process.exit(3), Number(process.argv[2] ?? 300)));
setInterval(() => {}, 1_000);
console.log('ready');
