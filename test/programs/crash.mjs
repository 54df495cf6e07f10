// Says `ready`; throws after as many ms as its argument says (100).
console.log('ready');
setTimeout(
  () => {
    throw new Error('crashed as asked');
  },
  Number(process.argv[2] ?? 100),
);
