import { clearInterval, clearTimeout, setInterval, setTimeout } from 'jari:timers';

export { clearInterval, clearTimeout, setInterval, setTimeout };
export default { clearInterval, clearTimeout, setInterval, setTimeout };
