import { chooseLanguage, type Language, language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { chooseTheme, type Theme, theme } from '../../shared/theme.ts';
import { live } from '../metrics/sampler.ts';
import { useTexts } from '../texts/index.ts';
import { forgetToken, token } from '../token.ts';

export function Header() {
  const texts = useTexts();
  const open = useStore(token) !== null;
  const { answers } = useStore(live);
  return (
    <header class="bar">
      <p class="brand">
        자리<small>{texts.title}</small>
      </p>
      {open && (
        <p class={answers ? 'alive' : 'alive lost'} role="status">
          <span aria-hidden="true">{answers ? '●' : '■'}</span> {answers ? texts.state.live : texts.state.lost}
        </p>
      )}
      <div class="bar-tools">
        <Choice
          label={texts.language}
          value={useStore(language)}
          options={{ ko: '한국어', en: 'English' }}
          onChoose={(value) => chooseLanguage(value as Language)}
        />
        <Choice
          label={texts.theme}
          value={useStore(theme)}
          options={texts.themes}
          onChoose={(value) => chooseTheme(value as Theme)}
        />
        {open && (
          <button type="button" class="link" onClick={forgetToken}>
            {texts.login.leave}
          </button>
        )}
      </div>
    </header>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: Record<string, string>;
  onChoose: (value: string) => void;
}

const Choice = ({ label, value, options, onChoose }: ChoiceProps) => (
  <select aria-label={label} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
    {Object.entries(options).map(([key, name]) => (
      <option key={key} value={key}>
        {name}
      </option>
    ))}
  </select>
);
