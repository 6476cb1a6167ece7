// A program that starts services and forgets to stop them: owner-death.test.ts kills it. Arguments: FOLDER NAME…
import type { ServiceName } from '../../scripts/services/service.ts';
import { startServices } from '../../scripts/services/services.ts';

const [dir = '', ...names] = process.argv.slice(2);
const services = await startServices({ names: names as ServiceName[], dir, own: true });
console.log(JSON.stringify(services.outcomes));
if (process.env.THEN !== 'exit') setInterval(() => {}, 60_000);
