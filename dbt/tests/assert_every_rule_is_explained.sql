select distinct rule
from {{ ref('fct_data_quality') }}
where what_it_hides is null or severity is null
