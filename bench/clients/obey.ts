/** A client of the bench: answers each message of its parent with one message. */
export function obey<Order>(carryOut: (order: Order) => Promise<object>): void {
  process.on('message', (order) => {
    carryOut(order as Order).then(
      (answer) => process.send?.(answer),
      (error: Error) => process.send?.({ error: error.message }),
    );
  });
}
