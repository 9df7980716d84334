import { grownModels, testLeaks } from './prediction-leaks.ts';

testLeaks(grownModels);
