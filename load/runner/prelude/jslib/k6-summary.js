// The documented part of https://jslib.k6.io/k6-summary/: textSummary and humanizeValue, in our own code.
import { humanizeValue, textSummary } from 'jari:summary-text';

export { humanizeValue, textSummary };
export default { humanizeValue, textSummary };
