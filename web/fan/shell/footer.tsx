import { chooseLanguage, language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';

/** The other language, always one tap away and in its own words. */
export function Footer() {
  const now = useStore(language);
  const other = now === 'ko' ? 'en' : 'ko';
  return (
    <footer class="foot">
      <span>자리 · jari</span>
      <button type="button" class="link" lang={other} onClick={() => chooseLanguage(other)}>
        {other === 'ko' ? '한국어로 보기' : 'Read in English'}
      </button>
    </footer>
  );
}
