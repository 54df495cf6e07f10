// Two processes that share one listening socket on loopback; says `ready PID PID`.
import { fork } from 'node:child_process';
import { createServer } from 'node:net';

if (process.argv[2] === 'share') {
  process.on('message', (_, server) => {
    server.on('connection', (socket) => socket.end());
    process.send('listening');
  });
} else {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const other = fork(process.argv[1], ['share']);
    other.on('message', () => console.log(`ready ${process.pid} ${other.pid}`));
    other.send('server', server);
  });
}
