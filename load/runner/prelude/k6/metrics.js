// The module `k6/metrics`. A metric lives at the host; the script holds its number.
import { call, op, state, stringValues } from 'jari:host';

class Metric {
  #id;
  constructor(type, name, isTime) {
    if (!state.inInit) throw new Error('metrics must be declared in the init context');
    this.name = String(name);
    this.#id = call(op.metricDefine, type, this.name, Boolean(isTime));
  }

  add(value, tags) {
    if (state.inInit) throw new Error('metrics cannot be added to in the init context');
    const number = typeof value === 'number' ? value : value === true ? 1 : value === false ? 0 : Number(value);
    const tagsJson = tags === null || tags === undefined ? undefined : JSON.stringify(stringValues(tags));
    return call(op.metricAdd, this.#id, number, tagsJson);
  }
}

export class Counter extends Metric {
  constructor(name, isTime) {
    super('counter', name, isTime);
  }
}

export class Gauge extends Metric {
  constructor(name, isTime) {
    super('gauge', name, isTime);
  }
}

export class Rate extends Metric {
  constructor(name, isTime) {
    super('rate', name, isTime);
  }
}

export class Trend extends Metric {
  constructor(name, isTime) {
    super('trend', name, isTime);
  }
}

export default { Counter, Gauge, Rate, Trend };
