const NAMES = ['queue', 'waiting', 'inside', 'unseen', 'ended', 'slots', 'admissions', 'ahead', 'restored', 'admitted'];

/** What all keys of a queue begin with. The hash tag in braces keeps them on one server of a Cluster. */
const prefix = (queueId: string): string => `jari:{${encodeURIComponent(queueId)}}:`;

/** The keys of a queue, in the order of _queue.lua. */
export const keysOf = (queueId: string): string[] => NAMES.map((name) => prefix(queueId) + name);

/** Where a queue says that it moved. */
export const channelOf = (queueId: string): string => `${prefix(queueId)}moved`;
