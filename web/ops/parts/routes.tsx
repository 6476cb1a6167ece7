import { useStore } from '../../shared/store.ts';
import { routesBetween } from '../metrics/between.ts';
import { lastSeconds, live } from '../metrics/sampler.ts';
import { useTexts } from '../texts/index.ts';
import { milliseconds } from '../units.ts';

/** Which routes are asked, how fast they answer, and what they refuse. */
export function Routes() {
  const { routes: texts } = useTexts();
  const window = lastSeconds(useStore(live), 60);
  const routes = window ? routesBetween(window.from, window.to) : [];
  return (
    <section class="box">
      <h2>{texts.title}</h2>
      {routes.length === 0 ? (
        <p class="quiet">{texts.none}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: so that it can be scrolled with the keyboard
        <section class="scroll" tabIndex={0} aria-label={texts.title}>
          <table>
            <thead>
              <tr>
                <th scope="col">{texts.route}</th>
                <th scope="col">{texts.rate}</th>
                <th scope="col">{texts.p95}</th>
                <th scope="col">{texts.refused}</th>
                <th scope="col">{texts.failed}</th>
              </tr>
            </thead>
            <tbody>
              {routes.map(({ route, ok, refused, failed, seconds, p95 }) => (
                <tr key={route}>
                  <th scope="row">
                    <code>{route}</code>
                  </th>
                  <td>{((ok + refused + failed) / seconds).toFixed(1)}</td>
                  <td>{milliseconds(p95)}</td>
                  <td class={refused > 0 ? 'some' : ''}>{refused}</td>
                  <td class={failed > 0 ? 'bad' : ''}>{failed}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
