-- A turn is repeated until it is answered: who was refused is told so by the last answered turn that they name.

DROP TABLE forked_turns;
