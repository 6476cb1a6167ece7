// Loaded ahead of server/main.ts: a process whose owner was killed stops as if it had been told to.
process.channel?.unref();
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
