META;;
key;value
unit;Essai
instance;2026
num_projects;2
num_votes;2
budget;100
vote_type;choose-1
rule;greedy-no-skip
comment;"#1: un ; deux, ""trois"""
PROJECTS;;
project_id;cost;name
a;60;"Place ""verte"" ; côté nord
et côté sud"
b;60;Café
VOTES;;
voter_id;vote;points
1;a;

2;b;