// check, group and k6/metrics.
import { GROUP_SEPARATOR } from '../../metrics/groups.ts';
import type { Tags } from '../../metrics/metric.ts';
import type { MetricType } from '../../metrics/sinks.ts';
import type { Operations } from '../operation.ts';

export const metricOperations: Operations = {
  checkName: (vu, args) => vu.run.checkNames.number(validName(args.text(1))),
  check: (vu, args) => {
    const name = vu.run.checkNames.name(args.number(1));
    const passed = args.number(2) === 1;
    const count = vu.group.check(name);
    if (passed) count.passes++;
    else count.fails++;
    const tags = { ...(vu.run.settings.systemTags.has('check') && { check: name }), ...tagsOf(args.optionalText(3)) };
    vu.sample(vu.run.metrics.builtin.checks, passed ? 1 : 0, tags);
    return undefined;
  },
  groupStart: (vu, args) => {
    vu.enterGroup(validName(args.text(1)));
    return undefined;
  },
  groupEnd: (vu) => {
    vu.leaveGroup();
    return undefined;
  },
  metricDefine: (vu, args) => {
    const isTime = args.number(3) === 1;
    return vu.run.metrics.define(args.text(2), args.text(1) as MetricType, isTime ? 'time' : 'default');
  },
  metricAdd: (vu, args) => {
    const metric = vu.run.metrics.byId(args.number(1));
    const value = args.number(2);
    if (Number.isNaN(value)) {
      const complaint = `${metric.name}.add(): the value is not a number`;
      if (vu.run.settings.throwErrors) throw new TypeError(complaint);
      vu.run.log.write('warning', complaint);
      return false;
    }
    vu.sample(metric, value, tagsOf(args.optionalText(3)));
    return true;
  },
};

const tagsOf = (json: string | undefined) => (json === undefined ? undefined : (JSON.parse(json) as Tags));

function validName(name: string): string {
  if (name.includes(GROUP_SEPARATOR)) throw new Error(`group and check names may not contain '${GROUP_SEPARATOR}'`);
  return name;
}
