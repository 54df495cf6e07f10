// Says `ready`, then ends as by a fault of its own.
process.stdout.write('ready\n', () => process.kill(process.pid, 'SIGSEGV'));
