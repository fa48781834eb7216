/** Every variant of the generated kernel on llvmpipe. */
import { testVariantsOn } from './variants.ts';

await testVariantsOn('llvmpipe');
