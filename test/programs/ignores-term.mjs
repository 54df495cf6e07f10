// Says `ready`; ignores SIGTERM, SIGINT and SIGHUP.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
setInterval(() => {}, 1_000);
console.log('ready');
