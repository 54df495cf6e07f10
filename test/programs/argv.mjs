// Prints its arguments, each in hexadecimal, with dots between.
process.stdout.write(
  `${process.argv
    .slice(2)
    .map((one) => Buffer.from(one).toString('hex'))
    .join('.')}\n`,
);
