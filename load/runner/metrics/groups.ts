// The tree of a script's groups and the checks in each, counted for the summary.
import { createHash } from 'node:crypto';

export const GROUP_SEPARATOR = '::';

export interface CheckCount {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  passes: number;
  fails: number;
}

/** The checks of a group and of those in it, on their way to another process. */
export interface GroupCounts {
  readonly name: string;
  readonly checks: readonly { readonly name: string; readonly passes: number; readonly fails: number }[];
  readonly groups: readonly GroupCounts[];
}

export class Group {
  readonly name: string;
  /** '' for the root, '::outer::inner' below. The tag `group` of every sample. */
  readonly path: string;
  readonly id: string;
  readonly groups = new Map<string, Group>();
  readonly checks = new Map<string, CheckCount>();

  constructor(name: string, path: string) {
    this.name = name;
    this.path = path;
    this.id = idOf(path);
  }

  group(name: string): Group {
    let child = this.groups.get(name);
    if (!child) {
      child = new Group(name, this.path + GROUP_SEPARATOR + name);
      this.groups.set(name, child);
    }
    return child;
  }

  check(name: string): CheckCount {
    let check = this.checks.get(name);
    if (!check) {
      const path = this.path + GROUP_SEPARATOR + name;
      check = { name, path, id: idOf(path), passes: 0, fails: 0 };
      this.checks.set(name, check);
    }
    return check;
  }
}

/** Adds the checks of the same group of another process. */
export function addCounts(group: Group, { checks, groups }: GroupCounts): void {
  for (const { name, passes, fails } of checks) {
    const check = group.check(name);
    check.passes += passes;
    check.fails += fails;
  }
  for (const inner of groups) addCounts(group.group(inner.name), inner);
}

export const countsOf = ({ name, checks, groups }: Group): GroupCounts => ({
  name,
  checks: [...checks.values()],
  groups: [...groups.values()].map(countsOf),
});

export const rootGroup = () => new Group('', '');

const idOf = (path: string) => createHash('md5').update(path).digest('hex');
