// Progress by carriage returns: 100 steps on one line, then `done`.
for (let step = 1; step <= 100; step++) process.stdout.write(`\r${'|/-\\'[step % 4]} ${step} %`);
process.stdout.write('\rdone   \n');
