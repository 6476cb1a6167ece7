import { number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { trafficBetween } from '../metrics/between.ts';
import { lastSeconds, live } from '../metrics/sampler.ts';
import { useTexts } from '../texts/index.ts';
import { milliseconds, percent, size } from '../units.ts';

type Tone = 'calm' | 'warn' | 'bad';

/** The system at a glance, in figures of the last ten seconds. */
export function Tiles() {
  const { tiles } = useTexts();
  const now = useStore(language);
  const state = useStore(live);
  const sample = state.samples.at(-1);
  const window = lastSeconds(state, 10);
  const traffic = window && trafficBetween(window.from, window.to);
  const count = (value: number | null | undefined) => (value == null ? '–' : number(value, now));
  const all = traffic ? traffic.ok + traffic.refused + traffic.failed : 0;
  const share = (part: number) => (all === 0 ? '0 %' : percent(part / all));
  const minute = lastSeconds(state, 60);
  const admitted =
    minute?.from.serving == null || minute.to.serving == null
      ? null
      : ((minute.to.serving - minute.from.serving) * 60_000) / (minute.to.at - minute.from.at);
  const p95 = traffic?.p95 ?? null;
  const loop = sample?.loopP99Seconds ?? null;
  return (
    <div class="tiles">
      <Tile name={tiles.active} value={count(sample?.active)} note={tiles.ofCap(count(sample?.cap))}>
        <span class="gauge" style={{ '--part': String(partOf(sample?.active, sample?.cap)) }} />
      </Tile>
      <Tile
        name={tiles.waiting}
        value={count(sample?.waiting)}
        note={tiles.admitted(admitted === null ? '–' : number(Math.round(admitted), now))}
      />
      <Tile
        name={tiles.throughput}
        value={traffic ? tiles.perSecond(number(Math.round(all / traffic.seconds), now)) : '–'}
        note={tiles.answered}
      />
      <Tile
        name={tiles.latency}
        value={milliseconds(p95)}
        note={tiles.p50p99(milliseconds(traffic?.p50), milliseconds(traffic?.p99))}
        tone={p95 === null || p95 < 0.3 ? 'calm' : p95 < 1 ? 'warn' : 'bad'}
      />
      <Tile
        name={tiles.errors}
        value={share(traffic?.failed ?? 0)}
        note={tiles.refusals(share(traffic?.refused ?? 0), share(traffic?.tooMany ?? 0))}
        tone={traffic && traffic.failed > 0 ? (traffic.failed / all > 0.01 ? 'bad' : 'warn') : 'calm'}
      />
      <Tile
        name={tiles.backlog}
        value={count(sample?.outbox == null ? null : sample.outbox + (sample.deliveries ?? 0))}
        note={tiles.oldest(count(sample?.outboxOldestSeconds == null ? null : Math.round(sample.outboxOldestSeconds)))}
        tone={(sample?.outboxOldestSeconds ?? 0) > 10 ? 'warn' : 'calm'}
      />
      <Tile
        name={tiles.deadLetters}
        value={count(sample?.deadLetters)}
        note=""
        tone={(sample?.deadLetters ?? 0) > 0 ? 'warn' : 'calm'}
      />
      <Tile
        name={tiles.loop}
        value={milliseconds(loop)}
        note={tiles.memory(size(sample?.residentBytes ?? null))}
        tone={loop === null || loop < 0.1 ? 'calm' : loop < 0.5 ? 'warn' : 'bad'}
      />
    </div>
  );
}

interface TileProps {
  name: string;
  value: string;
  note: string;
  tone?: Tone;
  children?: preact.ComponentChildren;
}

/** The tone is told by a mark as well as by colour. */
function Tile({ name, value, note, tone = 'calm', children }: TileProps) {
  return (
    <div class={`tile ${tone}`}>
      <span class="tile-name">
        {name}
        {tone !== 'calm' && <b aria-hidden="true">{tone === 'warn' ? '▲' : '■'}</b>}
      </span>
      <strong>{value}</strong>
      <small>{note}</small>
      {children}
    </div>
  );
}

const partOf = (value: number | null | undefined, all: number | null | undefined) =>
  value == null || !all ? 0 : Math.min(1, value / all);
