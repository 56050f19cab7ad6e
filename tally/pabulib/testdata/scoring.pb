META
key;value
description;Essai
country;France
unit;Essai
instance;2026
num_projects;3
num_votes;4
budget;10000.50
vote_type;scoring
rule;greedy
date_begin;01.03.2026
date_end;31.03.2026
currency;EUR
min_points;0
max_points;5
PROJECTS
project_id;cost;votes;score;name;category;target;district;latitude;longitude;selected
p1;4000.25;3;9;Un banc;Espaces verts,sport;enfants,seniors;Nord,Sud;43.6047;1.4442;1
p2;6000.25;3;9;Une fontaine;éducation, enfance et jeunesse;;Nord;;;1
p3;5000;2;4;Un verger;;;;;;0
VOTES
voter_id;vote;points;age;sex;voting_method;neighborhood
v1;p1,p2;5,4;34;F;internet;Nord
v2;p2,p3;5,0;;;paper;
v3;p1,p3;4,4;;;paper;
v4;p1,p2;0,0;71;M;internet;Sud
