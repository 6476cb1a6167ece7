import { type Judged, judge, type Series } from './judge.ts';
import { lookAtDatabase } from './look/database.ts';
import { lookAtFolder } from './look/folder.ts';
import type { Look } from './look/look.ts';
import { lookAtProcess, type ProcessLook } from './look/process.ts';
import { lookAtRedis } from './look/redis.ts';
import type { SoakedService } from './service.ts';
import type { Point } from './trend.ts';

/** Everything that is looked at, over the run. */
export class Samples {
  readonly #process: ProcessLook;
  readonly #stores: readonly Look[];
  readonly #series = new Map<string, Series>();
  readonly #purchases: Point[] = [];
  readonly #beganAt = performance.now();

  private constructor(process: ProcessLook, stores: readonly Look[]) {
    this.#process = process;
    this.#stores = stores;
  }

  static async of(service: SoakedService): Promise<Samples> {
    const { databaseUrl, redisUrl, dataDir } = service;
    return new Samples(lookAtProcess(service), [
      databaseUrl ? await lookAtDatabase(databaseUrl) : lookAtFolder(dataDir),
      ...(redisUrl ? [await lookAtRedis(redisUrl)] : []),
    ]);
  }

  async take(): Promise<void> {
    const at = this.#seconds();
    const readings = await Promise.all([this.#process, ...this.#stores].map((look) => look.read()));
    this.#purchases.push({ at, value: this.#process.purchases });
    for (const { name, unit, rule, value } of readings.flat()) {
      const series = this.#series.get(name) ?? { name, unit, rule, points: [] };
      series.points.push({ at, value });
      this.#series.set(name, series);
    }
  }

  judged(): Judged[] {
    return [...this.#series.values()].map((series) => judge(series, this.#purchases));
  }

  sum(): { seconds: number; purchases: number; samples: number } {
    return { seconds: this.#seconds(), purchases: this.#process.purchases, samples: this.#purchases.length };
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#process, ...this.#stores].map((look) => look.close()));
  }

  #seconds(): number {
    return (performance.now() - this.#beganAt) / 1_000;
  }
}
